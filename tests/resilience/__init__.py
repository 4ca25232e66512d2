"""The rules of how vendors in trouble are treated, each beside a model or a bound."""
