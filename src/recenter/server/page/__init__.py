"""The person's page: what is known of them, what answers used of it, and what they decide."""
