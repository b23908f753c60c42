"""What people ask of their own documents: 420 questions, a rule, a judge, and the command that asks them.

Nothing here is imported by the program, and nothing in the program may be tuned to a single question of it.
"""
