"""The tabs of the page: the Gradio blocks of each and what happens in them; the HTML is made in :mod:`qa.page.html`."""
