package credential

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// CertificateFiles is a certificate in two PEM files, which is read again when one of them has
// changed. It is safe for concurrent use.
type CertificateFiles struct {
	certFile, keyFile string

	mu       sync.Mutex
	loaded   *tls.Certificate // never nil after NewCertificateFiles
	loadedAs [2]fileState     // of the two files when loaded was read; zero if they changed meanwhile
}

// fileState differs if a file has changed.
type fileState struct {
	modified time.Time
	size     int64
}

// NewCertificateFiles reads the certificate. The error is that of this first reading.
func NewCertificateFiles(certFile, keyFile string) (*CertificateFiles, error) {
	f := &CertificateFiles{certFile: certFile, keyFile: keyFile}
	if err := f.load(); err != nil {
		return nil, err
	}
	return f, nil
}

// Get returns the certificate. While files that have changed cannot be used, because one is written
// and the other not yet, it returns the previous one.
func (f *CertificateFiles) Get() *tls.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.load() // on error the previous one stays
	return f.loaded
}

func (f *CertificateFiles) load() error {
	now, err := f.state()
	if err != nil || now == f.loadedAs && f.loaded != nil {
		return err
	}
	c, err := tls.LoadX509KeyPair(f.certFile, f.keyFile)
	if err != nil {
		return fmt.Errorf("telnet: certificate of %s: %w", f.certFile, err)
	}
	after, err := f.state()
	if err == nil && after == now { // or else the next Get reads it again
		f.loadedAs = now
	}
	f.loaded = &c
	return err
}

func (f *CertificateFiles) state() (now [2]fileState, err error) {
	for i, name := range []string{f.certFile, f.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return now, err
		}
		now[i] = fileState{info.ModTime(), info.Size()}
	}
	return now, nil
}
