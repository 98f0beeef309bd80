package intercept

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// dial connects to a host, through its proxy if there is one.
func (p *Proxy) dial(address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: patience}
	if p.config.Upstream == nil {
		return dialer.DialContext(p.ctx, "tcp", address)
	}
	via, authorization := p.config.Upstream(address)
	if via == "" {
		return dialer.DialContext(p.ctx, "tcp", address)
	}
	c, err := dialer.DialContext(p.ctx, "tcp", via)
	if err != nil {
		return nil, err
	}
	tunnel, err := through(c, address, authorization)
	if err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("the proxy %s: %w", via, err)
	}
	return tunnel, nil
}

// through asks a proxy for a tunnel to an address.
func through(c net.Conn, address, authorization string) (net.Conn, error) {
	_ = c.SetDeadline(time.Now().Add(patience))
	ask := "CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\n"
	if authorization != "" {
		ask += "Proxy-Authorization: " + authorization + "\r\n"
	}
	if _, err := io.WriteString(c, ask+"\r\n"); err != nil {
		return nil, err
	}
	in := bufio.NewReader(c)
	response, err := http.ReadResponse(in, &http.Request{Method: http.MethodConnect})
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("returned %s", response.Status)
	}
	return &buffered{c, in}, nil
}
