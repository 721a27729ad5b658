"""From the IR to printed text: names last, then plain lines, a template, and black's layout."""
