package telnet

// Level is what a session may do. Sessions can give up a level, and never gain one.
type Level int

const (
	// Look is to read what is exposed, and to call what registry.Methods names.
	Look Level = iota
	// Act is to call what registry.Actions names as well.
	Act
)

// String returns look or act, as the log has them.
func (l Level) String() string {
	if l >= Act {
		return "act"
	}
	return "look"
}
