"""Pages of answers to people: requests for access, challenges of entries, the register of disclosures."""
