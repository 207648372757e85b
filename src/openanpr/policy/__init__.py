"""The numbers and rules of law, dated and with their source: what may be kept, taken in and asked."""
