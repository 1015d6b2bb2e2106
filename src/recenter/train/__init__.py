"""Small models trained on people's judgments: examples, splits, fits, and what they are held to."""
