"""The pages of people, their roles, changes of rights, teams, and invitations."""
