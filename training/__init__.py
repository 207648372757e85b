"""How our models were made: drawn plates, synthetic scenes, training and export. Not shipped."""
