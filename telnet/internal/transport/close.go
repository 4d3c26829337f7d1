package transport

import (
	"errors"
	"io"
	"net"
	"time"
)

// CloseWrite closes the sending side of nc with its method of that name. Without one it returns
// errors.ErrUnsupported.
func CloseWrite(nc net.Conn) error {
	if half, ok := nc.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// DrainTime is how long CloseGently waits for the peer.
const DrainTime = time.Second

// drainBytes bounds what CloseGently reads meanwhile.
const drainBytes = 1 << 20

// CloseGently closes the sending side of nc, reads until the peer has closed its own, DrainTime at
// most, and closes nc. Closing a connection with unread input makes the kernel send a reset, which
// can destroy the last answers on their way.
func CloseGently(nc net.Conn) {
	defer nc.Close()
	if CloseWrite(nc) == nil {
		nc.SetReadDeadline(time.Now().Add(DrainTime))
		io.Copy(io.Discard, io.LimitReader(nc, drainBytes))
	}
}
