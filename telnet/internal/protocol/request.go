package protocol

import (
	"bytes"
	"regexp"
)

// opening is the beginning and the end of a first line.
type opening struct {
	head   []byte
	tail   [len(" HTTP/1.1")]byte // right-aligned
	length int
	text   bool // there is more in it than blanks and keys
}

// maxHead is more than what tells a protocol takes.
const maxHead = 256

func (o *opening) add(b byte) {
	if o.length++; len(o.head) < maxHead {
		o.head = append(o.head, b)
	}
	o.text = o.text || b > ' ' && b != KeyDelete
	copy(o.tail[:], o.tail[1:])
	o.tail[len(o.tail)-1] = b
}

// version is how a request line ends in HTTP and in those that took its shape (RFC 7826, 3261 and
// 3507), the versions being those that there are: an expression may divide by HTTP as well, but
// seldom to 1.1.
var version = regexp.MustCompile(`(?:^| )(?:(HTTP)/(?:0\.9|1\.[01]|2\.0)|(RTSP|ICAP)/[12]\.0|(SIP)/2\.0)$`)

// request is how a request line begins: with a method, which a page may choose where it is of this
// origin (RFC 9110, section 5.6.2), and with a target. The targets are a path, *, and what has a
// colon in it, a URL or host:port; an operator of an expression is none of them, but for / and *.
// A method that is longer than what is kept of the line counts too.
var request = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:$| (?:/|\\* |[0-9A-Za-z\\[][^ ]*:))")

// request returns the name of the protocol of which the line is a request.
func (o *opening) request() (name string) {
	m := version.FindSubmatch(o.tail[max(0, len(o.tail)-o.length):])
	if m == nil || !request.Match(o.head) {
		return ""
	}
	return string(bytes.Join(m[1:], nil))
}
