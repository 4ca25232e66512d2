"""The pure rules of ordered pages over many backends: order, plan, merge, cursor."""
