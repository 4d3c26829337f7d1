package telnet

// Commands of RFC 854, and those of RFC 1184 (236 to 238).
const (
	cmdEOF   = 236
	cmdSUSP  = 237
	cmdABORT = 238
	cmdSE    = 240
	cmdNOP   = 241
	cmdDM    = 242
	cmdBRK   = 243
	cmdIP    = 244
	cmdAO    = 245
	cmdAYT   = 246
	cmdEC    = 247
	cmdEL    = 248
	cmdGA    = 249
	cmdSB    = 250
	cmdWILL  = 251
	cmdWONT  = 252
	cmdDO    = 253
	cmdDONT  = 254
	cmdIAC   = 255
)

// maxSubnegotiation is how much is kept of a subnegotiation; a terminal type has at most 40
// characters (RFC 1091), and a longer one than this is not taken at all.
const maxSubnegotiation = 512

// receiver is told what a stream of bytes means, in its order. Slices are good until the method returns.
type receiver interface {
	data(p []byte)         // lines end in a newline alone
	null()                 // a NUL that ends no line: no operation
	command(cmd byte)      // one without an option
	option(verb, opt byte) // WILL, WONT, DO, DONT
	subnegotiation(opt byte, p []byte)
}

// decoder is RFC 854's receiving half, one byte at a time: it does not matter how the bytes were packed.
//
// A line may end in CR LF, CR NUL, CR or LF. A CR ends it at once, and a LF or NUL right after it
// is dropped, whenever it comes. Other NULs are no data. Within a subnegotiation IAC with
// anything but IAC and SE has no meaning: both bytes are dropped.
type decoder struct {
	state decoding
	verb  byte
	opt   byte
	sub   []byte
	long  bool // the subnegotiation is longer than what is kept
	cr    bool // the last byte of data was CR
}

type decoding uint8

const (
	inData decoding = iota
	afterIAC
	afterVerb
	afterSB
	inSub
	inSubAfterIAC
)

// decode tells r what p means. Data is handed over in runs; it overwrites p.
func (d *decoder) decode(p []byte, r receiver) {
	run := p[:0] // what is data comes at most one byte for each byte read
	flush := func() {
		if len(run) > 0 {
			r.data(run)
			run = run[len(run):]
		}
	}
	for i, b := range p {
		if d.state == inData && b != cmdIAC {
			null := b == 0 && !d.cr
			if b, ok := d.dataByte(b); ok {
				run = append(run, b)
			}
			if null {
				flush()
				run = p[i+1 : i+1]
				r.null()
			}
			continue
		}
		if d.state == afterIAC && b == cmdIAC {
			d.state, d.cr = inData, false
			run = append(run, b)
			continue
		}
		flush()
		run = p[i+1 : i+1]
		d.step(b, r)
	}
	flush()
}

// dataByte is what a byte of data stands for; ok is false for nothing.
func (d *decoder) dataByte(b byte) (_ byte, ok bool) {
	after := d.cr
	d.cr = b == '\r'
	switch {
	case b == 0 || b == '\n' && after:
		return 0, false
	case b == '\r':
		return '\n', true
	}
	return b, true
}

// step takes a byte that is not data.
func (d *decoder) step(b byte, r receiver) {
	switch d.state {
	case inData:
		d.state = afterIAC
	case afterIAC:
		switch {
		case b == cmdSB:
			d.state = afterSB
		case b >= cmdWILL && b <= cmdDONT:
			d.state, d.verb = afterVerb, b
		default:
			d.state = inData
			r.command(b)
		}
	case afterVerb:
		d.state = inData
		r.option(d.verb, b)
	case afterSB:
		d.state, d.opt, d.sub, d.long = inSub, b, d.sub[:0], false
	case inSub:
		if b == cmdIAC {
			d.state = inSubAfterIAC
			return
		}
		d.keep(b)
	case inSubAfterIAC:
		d.state = inSub
		switch b {
		case cmdIAC:
			d.keep(b)
		case cmdSE:
			d.state = inData
			if !d.long {
				r.subnegotiation(d.opt, d.sub)
			}
		}
	}
}

func (d *decoder) keep(b byte) {
	if d.long = d.long || len(d.sub) == maxSubnegotiation; !d.long {
		d.sub = append(d.sub, b)
	}
}

// encode appends text to dst as RFC 854 wants it: a newline is CR LF, a carriage return alone is
// CR NUL, and 255 is doubled.
func encode(dst, text []byte) []byte {
	for _, b := range text {
		switch b {
		case '\n':
			dst = append(dst, '\r', '\n')
		case '\r':
			dst = append(dst, '\r', 0)
		case cmdIAC:
			dst = append(dst, cmdIAC, cmdIAC)
		default:
			dst = append(dst, b)
		}
	}
	return dst
}
