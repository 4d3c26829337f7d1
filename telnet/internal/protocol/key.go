package protocol

// The control characters that edit a line without a line editor, as a terminal sends them.
const (
	KeyInterrupt = 0x03 // Ctrl-C
	KeyEnd       = 0x04 // Ctrl-D
	KeyBackspace = 0x08
	KeyKill      = 0x15 // Ctrl-U
	KeyDelete    = 0x7f
)
