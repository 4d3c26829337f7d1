package protocol

// The commands of RFC 854, and of RFC 1184 (236 to 238).
const (
	EOF   = 236
	SUSP  = 237
	ABORT = 238
	SE    = 240
	NOP   = 241
	DM    = 242
	BRK   = 243
	IP    = 244
	AO    = 245
	AYT   = 246
	EC    = 247
	EL    = 248
	GA    = 249
	SB    = 250
	WILL  = 251
	WONT  = 252
	DO    = 253
	DONT  = 254
	IAC   = 255
)
