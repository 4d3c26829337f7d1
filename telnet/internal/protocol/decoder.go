package protocol

// maxSubnegotiation bounds a subnegotiation, in bytes; a longer one is dropped. The longest of use
// here is a terminal's type, of at most 40 characters (RFC 1091).
const maxSubnegotiation = 512

// Receiver is told what a stream of bytes means, in its order. It must not keep a slice after the
// method returns.
type Receiver interface {
	// Data receives input. Each line ends with a newline, whatever it ended with on the wire.
	Data(p []byte)

	// Null receives a NUL that ends no line. It means nothing in telnet.
	Null()

	// Command receives a command that has no option.
	Command(cmd byte)

	// Option receives WILL, WONT, DO or DONT.
	Option(verb, opt byte)

	// Subnegotiation receives what stands between SB opt and SE.
	Subnegotiation(opt byte, p []byte)
}

// Decoder decodes what a telnet peer sends. Its zero value is at the start of a stream. How the
// bytes are split over calls of Decode makes no difference.
//
// A line may end with CR LF, CR NUL, CR or LF. CR ends it at once; an LF or NUL that follows is
// dropped, however late it comes. Within a subnegotiation IAC must be followed by IAC or SE; it is
// dropped with any other byte that follows it.
type Decoder struct {
	state decoding
	verb  byte   // of the option that is being read
	opt   byte   // of the subnegotiation that is being read
	sub   []byte // that subnegotiation; at most maxSubnegotiation bytes
	long  bool   // it is longer and will be dropped
	cr    bool   // the last byte of data was CR
}

// decoding is the kind of byte that comes next.
type decoding uint8

const (
	inData decoding = iota
	afterIAC
	afterVerb
	afterSB
	inSub
	inSubAfterIAC
)

// Decode tells r what p means. It hands data over in runs, and overwrites p.
func (d *Decoder) Decode(p []byte, r Receiver) {
	run := p[:0] // the run of data; it never overtakes the bytes still to be read
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

// dataByte returns what a byte of data stands for; ok is false if for nothing.
func (d *Decoder) dataByte(b byte) (_ byte, ok bool) {
	afterCR := d.cr
	d.cr = b == '\r'
	switch {
	case b == 0 || b == '\n' && afterCR:
		return 0, false
	case b == '\r':
		return '\n', true
	}
	return b, true
}

// step decodes a byte that is not data.
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

// keep appends b to the subnegotiation.
func (d *Decoder) keep(b byte) {
	if d.long = d.long || len(d.sub) == maxSubnegotiation; !d.long {
		d.sub = append(d.sub, b)
	}
}
