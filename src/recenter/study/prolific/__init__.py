"""Recruiting on Prolific: drafts, people, pay, signed links and webhooks."""
