package protocol

// Keys that edit a line where there is no editor.
const (
	KeyInterrupt = 0x03
	KeyEnd       = 0x04
	KeyBackspace = 0x08
	KeyKill      = 0x15
	KeyDelete    = 0x7f
)
