"""The rooms of the page: what is shown, as pure functions of data, and the Gradio blocks that show it."""
