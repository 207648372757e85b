"""Searches looked at afterwards: samples drawn by rule, signals of misuse, and what reviewers find."""
