"""What the city tells everybody about a place: written, found by place and category, told to those it is about."""
