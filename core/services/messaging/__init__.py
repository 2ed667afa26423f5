"""What the system tells people: messages, reminders, proposed notices, and their ways out (channels/). Start at messages.py."""
