"""How far models are from people, stage by stage: files of answers in, a report out."""
