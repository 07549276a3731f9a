"""What happens later. Each job can run twice and do no harm; production may run the same functions elsewhere."""
