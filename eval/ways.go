package eval

// waysOf returns how collections were walked, if that is to be explained.
func (e *evaluation) waysOf(source string) (ways []Way) {
	for _, w := range e.Ways() {
		line, col := lineAndColumn(source, w.Where)
		ways = append(ways, Way{w.Function, line, col, w.Lanes, w.Steps, w.Why, w.Once})
	}
	return ways
}
