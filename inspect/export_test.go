package inspect

// Text and ScalarMark show tests the marks of single readings.
func (v Value) Text() (string, int, Mark, error) {
	b, n, mark, err := v.text(nil, 0, 0)
	return string(b), n, mark, err
}

func (v Value) ScalarMark(max int) (any, Mark, error) { return v.scalar(max) }
