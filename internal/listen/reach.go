package listen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// A Reach limits deliveries to an endpoint registered through the API: to this machine
// and to private addresses, under any name. Link-local addresses and others that have a
// cloud's credentials, and the hub's own address, are always refused.
type Reach struct {
	Own    netip.AddrPort // address of the hub
	Remote bool           // allow all other addresses, too

	// Remedy tells the user in ErrRemote how to set Remote, if not empty.
	Remedy string
}

// Errors of a Reach, each after the address.
var (
	ErrLinkLocal  = errors.New("is link-local: endpoints registered through the API must not point there")
	ErrMetadata   = errors.New("has the credentials of a cloud's machine: endpoints registered through the API must not point there")
	ErrOwnAddress = errors.New("is fakestripe's own address")
	ErrRemote     = errors.New("is neither local nor private")
)

// metadata are addresses of cloud metadata services outside the link-local range: AWS
// (IPv6), Google (IPv6), Azure, Alibaba, Oracle.
//
// Source: the documentation of the instance metadata service of each.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("fd00:ec2::/32"), netip.MustParsePrefix("fd20:ce::254/128"), netip.MustParsePrefix("168.63.129.16/32"),
	netip.MustParsePrefix("100.100.100.200/32"), netip.MustParsePrefix("192.0.0.192/32"),
}

// Allow returns nil if deliveries may go to an address, else one of the errors above.
func (r *Reach) Allow(to netip.AddrPort) error {
	address := plain(to.Addr())
	switch {
	case address.IsLinkLocalUnicast(), address.IsLinkLocalMulticast():
		return fmt.Errorf("%s %w", address, ErrLinkLocal)
	case slices.ContainsFunc(metadata, func(p netip.Prefix) bool { return p.Contains(address) }):
		return fmt.Errorf("%s %w", address, ErrMetadata)
	case to.Port() == r.Own.Port() && r.isOwn(address):
		return fmt.Errorf("%s %w", netip.AddrPortFrom(address, to.Port()), ErrOwnAddress)
	case !r.Remote && !address.IsLoopback() && !address.IsPrivate() && !address.IsUnspecified():
		return r.remote(address)
	}
	return nil
}

func (r *Reach) remote(address netip.Addr) error {
	if r.Remedy == "" {
		return fmt.Errorf("%s %w", address, ErrRemote)
	}
	return fmt.Errorf("%s %w: %s", address, ErrRemote, r.Remedy)
}

// embeddings are the IPv6 prefixes of ways to IPv4, and where the IPv4 address begins in
// an address.
//
// Source: RFC 6052 2.1 and RFC 8215 (gateways, NAT64), RFC 3056 (6to4), RFC 4291 2.5.5.1
// (IPv4-compatible).
var embeddings = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12},
	{netip.MustParsePrefix("2002::/16"), 2},
	{netip.MustParsePrefix("::/96"), 12},
}

// plain returns the IPv4 address embedded in an IPv6 one, and drops any zone.
func plain(address netip.Addr) netip.Addr {
	address = address.Unmap().WithZone("")
	if address.Is4() || address.IsUnspecified() || address.IsLoopback() {
		return address
	}
	for _, e := range embeddings {
		if e.prefix.Contains(address) {
			bytes := address.As16()
			return netip.AddrFrom4([4]byte(bytes[e.at:]))
		}
	}
	return address
}

// isOwn reports whether an address belongs to this machine.
func (r *Reach) isOwn(address netip.Addr) bool {
	if address.IsLoopback() || address.IsUnspecified() || address == plain(r.Own.Addr()) {
		return true
	}
	own, _ := net.InterfaceAddrs() // on failure, only loopback addresses are known
	return slices.ContainsFunc(own, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap() == address
	})
}

// lookup bounds the name lookup at registration.
const lookup = 2 * time.Second

// check refuses URLs known to be out of reach. An unresolvable name passes, as it may
// resolve later: Dial decides.
func (r *Reach) check(target string) error {
	u, err := url.Parse(target)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookup)
	defer cancel()
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	number, _ := strconv.ParseUint(port, 10, 16)                         // of a valid URL
	found, _ := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname()) // empty for an unknown name
	for _, address := range found {
		if err := r.Allow(netip.AddrPortFrom(address, uint16(number))); err != nil {
			return fmt.Errorf("url %s: %w", u.Redacted(), err)
		}
	}
	return nil
}

// Dial connects to an endpoint. It checks the actual address: a name may resolve
// differently than at registration.
func (r *Reach) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return r.Allow(to)
	}}
	return dialer.DialContext(ctx, network, address)
}
