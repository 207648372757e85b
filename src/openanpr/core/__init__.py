"""The values that all steps share: plate, read, instant, entry. Standard library only."""
