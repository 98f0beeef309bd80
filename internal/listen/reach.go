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

// A Reach limits where deliveries go to an endpoint that a client of the API registered:
// to this machine and to private addresses, by whatever name. They never go to link-local
// addresses, where clouds hand out credentials, nor back to the hub.
type Reach struct {
	Own    netip.AddrPort // where the hub is served
	Remote bool           // to all other addresses, too

	// Remedy says how Remote is set, in an ErrRemote. Empty: nothing is said.
	Remedy string
}

// The errors of a Reach, each with the address before it.
var (
	ErrLinkLocal  = errors.New("is link-local: deliveries for clients of the API never go there")
	ErrOwnAddress = errors.New("is where fakestripe itself listens")
	ErrRemote     = errors.New("is neither this machine's nor private")
)

// metadata are the addresses of the metadata services of clouds that are not
// link-local, but look like private ones.
//
// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
var metadata = netip.MustParsePrefix("fd00:ec2::/32")

// Allow reports whether a delivery may go to an address: nil, or which of the errors.
func (r *Reach) Allow(to netip.AddrPort) error {
	address := plain(to.Addr())
	switch {
	case address.IsLinkLocalUnicast(), address.IsLinkLocalMulticast(), metadata.Contains(address):
		return fmt.Errorf("%s %w", address, ErrLinkLocal)
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

// nat64 are the IPv6 addresses that a gateway turns into the IPv4 ones at their end.
//
// Source: https://www.rfc-editor.org/rfc/rfc6052#section-2.1
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// plain returns the IPv4 address that an IPv6 one stands for, without a zone.
func plain(address netip.Addr) netip.Addr {
	if nat64.Contains(address) {
		bytes := address.As16()
		return netip.AddrFrom4([4]byte(bytes[12:]))
	}
	return address.Unmap().WithZone("")
}

// isOwn reports whether an address is this machine's.
func (r *Reach) isOwn(address netip.Addr) bool {
	if address.IsLoopback() || address.IsUnspecified() || address == plain(r.Own.Addr()) {
		return true
	}
	own, _ := net.InterfaceAddrs() // without them only these are known
	return slices.ContainsFunc(own, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap() == address
	})
}

// lookup bounds how long the name of an endpoint is looked up when it is registered.
const lookup = 2 * time.Second

// check refuses a URL that leads out of reach as far as can be known now. A name without
// an address may get one later: Dial decides.
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
	found, _ := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname()) // none when it is not known
	for _, address := range found {
		if err := r.Allow(netip.AddrPortFrom(address, uint16(number))); err != nil {
			return fmt.Errorf("url %s: %w", u.Redacted(), err)
		}
	}
	return nil
}

// Dial connects to an endpoint. It checks the address it connects to, since a name may
// have led elsewhere when the endpoint was registered.
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
