package protocol

// maxSubnegotiation is how much is kept of a subnegotiation; a terminal type has at most 40
// characters (RFC 1091), and a longer one than this is not taken at all.
const maxSubnegotiation = 512

// Receiver is told what a stream of bytes means, in its order. Slices are good until the method returns.
type Receiver interface {
	Data(p []byte)         // lines end in a newline alone
	Null()                 // a NUL that ends no line: no operation
	Command(cmd byte)      // one without an option
	Option(verb, opt byte) // WILL, WONT, DO, DONT
	Subnegotiation(opt byte, p []byte)
}

// Decoder is RFC 854's receiving half, one byte at a time: it does not matter how the bytes were packed.
//
// A line may end in CR LF, CR NUL, CR or LF. A CR ends it at once, and a LF or NUL right after it
// is dropped, whenever it comes. Other NULs are no data. Within a subnegotiation IAC with
// anything but IAC and SE has no meaning: both bytes are dropped.
type Decoder struct {
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

// Decode tells r what p means. Data is handed over in runs; it overwrites p.
func (d *Decoder) Decode(p []byte, r Receiver) {
	run := p[:0] // what is data comes at most one byte for each byte read
	flush := func() {
		if len(run) > 0 {
			r.Data(run)
			run = run[len(run):]
		}
	}
	for i, b := range p {
		if d.state == inData && b != IAC {
			null := b == 0 && !d.cr
			if b, ok := d.dataByte(b); ok {
				run = append(run, b)
			}
			if null {
				flush()
				run = p[i+1 : i+1]
				r.Null()
			}
			continue
		}
		if d.state == afterIAC && b == IAC {
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
func (d *Decoder) dataByte(b byte) (_ byte, ok bool) {
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
func (d *Decoder) step(b byte, r Receiver) {
	switch d.state {
	case inData:
		d.state = afterIAC
	case afterIAC:
		switch {
		case b == SB:
			d.state = afterSB
		case b >= WILL && b <= DONT:
			d.state, d.verb = afterVerb, b
		default:
			d.state = inData
			r.Command(b)
		}
	case afterVerb:
		d.state = inData
		r.Option(d.verb, b)
	case afterSB:
		d.state, d.opt, d.sub, d.long = inSub, b, d.sub[:0], false
	case inSub:
		if b == IAC {
			d.state = inSubAfterIAC
			return
		}
		d.keep(b)
	case inSubAfterIAC:
		d.state = inSub
		switch b {
		case IAC:
			d.keep(b)
		case SE:
			d.state = inData
			if !d.long {
				r.Subnegotiation(d.opt, d.sub)
			}
		}
	}
}

func (d *Decoder) keep(b byte) {
	if d.long = d.long || len(d.sub) == maxSubnegotiation; !d.long {
		d.sub = append(d.sub, b)
	}
}
