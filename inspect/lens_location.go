package inspect

import "cmp"

// A time.Location is shown by its name. The zero Location is UTC.
var _ = defineTexts([]textType{
	{name: "time.Location", fields: "name", text: func(p *probe, v Value) any { return cmp.Or(p.text(v, "name"), "UTC") }},
})
