//go:build !unix

package transport

import "net"

// listenUnix listens as the system does it. Files have no mode here: who may connect is decided
// by the permissions of the folder.
func listenUnix(path string) (net.Listener, error) { return net.Listen("unix", path) }
