package protocol

import (
	"bytes"
	"regexp"
	"sync"
)

// opening is the beginning and the end of a first line: enough to recognize a request of any
// length.
type opening struct {
	head   []byte                 // at most maxHead bytes
	tail   [len(" HTTP/1.1")]byte // aligned to its end
	length int                    // of the line, in bytes
	text   bool                   // the line has more than blanks and keys
}

// maxHead bounds the beginning of a line that is kept, in bytes. All greetings are shorter.
const maxHead = 256

func (o *opening) add(b byte) {
	if o.length++; len(o.head) < maxHead {
		o.head = append(o.head, b)
	}
	o.text = o.text || b > ' ' && b != KeyDelete
	copy(o.tail[:], o.tail[1:])
	o.tail[len(o.tail)-1] = b
}

// version matches the end of a request line of HTTP and of the protocols that took its shape (RFC
// 7826, 3261 and 3507), in the versions that exist: an expression may divide by HTTP as well, but
// seldom by HTTP/1.1.
var version = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^| )(?:(HTTP)/(?:0\.9|1\.[01]|2\.0)|(RTSP|ICAP)/[12]\.0|(SIP)/2\.0)$`)
})

// request matches the beginning of a request line: a method, which a page of the same origin may
// choose (any token of RFC 9110, section 5.6.2), and a target. A target is a path, *, or has a
// colon, as a URL or host:port; of the operators of expressions only / and * look like one. A
// method longer than head matches too.
var request = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:$| (?:/|\\* |[0-9A-Za-z\\[][^ ]*:))")
})

// request returns the name of the protocol whose request the line is, "" if it is none.
func (o *opening) request() (name string) {
	m := version().FindSubmatch(o.tail[max(0, len(o.tail)-o.length):])
	if m == nil || !request().Match(o.head) {
		return ""
	}
	return string(bytes.Join(m[1:], nil))
}
