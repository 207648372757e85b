"""The self assessment: questions on the twelve principles, each bound to evidence that the node measures."""
