package inspect

// A regexp.Regexp is shown by its expression. Its other fields are the program compiled from it.
var _ = addLens(lensRow{
	name: "regexp.Regexp", fields: "expr", shape: Scalar,
	text: func(p *probe, v Value) any { return p.text(v, "expr") },
})
