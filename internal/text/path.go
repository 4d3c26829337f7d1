package text

// ShortPaths drops the folders from the import paths in s, the name of a type or function. Reflect
// and the runtime write whole paths in type arguments.
func ShortPaths(s string) string {
	b := make([]byte, 0, len(s))
	word := 0 // where the current path begins in b
	for i := range len(s) {
		switch c := s[i]; c {
		case '/':
			b = b[:word]
		case '[', ']', ',', ' ', '*', '(', ')', '{', '}':
			b = append(b, c)
			word = len(b)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}
