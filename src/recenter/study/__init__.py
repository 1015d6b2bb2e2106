"""Human studies: a file, a plan, people who answer, and what they answered."""
