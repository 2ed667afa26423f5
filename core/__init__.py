"""The kernel of Special Actions: it knows how a campaign is run, and nothing of any one action. Start reading at core/api.py."""
