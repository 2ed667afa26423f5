"""What is exchanged with other systems: tokens and signatures, the API's document, the intake, webhooks. Start at tokens.py."""
