"""What a stranger may be told of a certificate: pure judgement, no input or output."""
