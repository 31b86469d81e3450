"""Documents that last: levels of proof, timestamps added later, copies printed."""
