package access

import (
	"slices"
	"strings"
)

// Origin is an exposed name with what was hidden below it when a [Visit] met it. It keeps no object
// alive.
type Origin struct {
	Name string
	hide string // the patterns of Hide, sorted, a line each
}

// Origins are the exposed names of which the Visit has read something, sorted.
func (vis *Visit) Origins() []Origin {
	var list []Origin
	for name, v := range vis.roots {
		list = append(list, Origin{name, strings.Join(v.policy.hide.List(), "\n")})
	}
	slices.SortFunc(list, func(a, b Origin) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Permits reports whether what was read of o may still be shown: something is exposed under that
// name, and nothing is hidden below it that was not then.
func (vis *Visit) Permits(o Origin) bool {
	e := vis.objects.get(o.Name)
	if e == nil {
		return false
	}
	hidden := strings.Split(o.hide, "\n")
	for _, pattern := range e.policy.hide.List() {
		if !slices.Contains(hidden, pattern) {
			return false
		}
	}
	return true
}
