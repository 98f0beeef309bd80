package contract

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// checkClock compares the handler's Date header with the clock of the signatures.
func checkClock(ctx context.Context, s *session) ([]finding, error) {
	const most = time.Minute
	response, err := s.sender.deliverControl(ctx)
	if err != nil {
		return nil, err
	}
	date, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return nil, errLacks{"a handler whose answers have a Date header"}
	}
	if skew := time.Since(date).Abs(); skew > most {
		return []finding{{expected: "clocks that agree to a minute", actual: "they differ by " + skew.Round(time.Second).String()}}, nil
	}
	return nil, nil
}

func checkTLS(ctx context.Context, s *session) ([]finding, error) {
	response, err := s.sender.deliverControl(ctx)
	if err != nil || response.Err == nil {
		return nil, err // net/http accepts TLS 1.2 and later, and verifies the chain
	}
	return []finding{{expected: "TLS 1.2 or later and a chain that verifies", actual: response.Err.Error()}}, nil
}

// checkMethods sends the genuine request by other methods.
func checkMethods(ctx context.Context, s *session) (findings []finding, err error) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete} {
		response, err := s.sender.deliverControl(ctx, "method="+method)
		if err != nil {
			return nil, err
		}
		if response.Accepted() {
			actual := fmt.Sprintf("%s gets %d", method, response.StatusCode)
			findings = append(findings, finding{sent: "the genuine request as " + method, expected: "!2xx", actual: actual})
		}
	}
	return findings, nil
}

// checkKeepAlive sends a good event after a bad one, on the same connection if the
// transport keeps it.
func checkKeepAlive(ctx context.Context, s *session) ([]finding, error) {
	for _, forged := range []string{"wrong-secret", "unsigned"} {
		if _, err := s.sender.deliverControl(ctx, forged); err != nil {
			return nil, err
		}
		response, err := s.sender.deliverControl(ctx)
		if err != nil {
			return nil, err
		}
		if !response.Accepted() {
			return []finding{{sent: "a genuine event after a forged one (" + forged + ")", expected: "2xx", actual: response.String()}}, nil
		}
	}
	return nil, nil
}

func checkLargeUnsigned(ctx context.Context, s *session) ([]finding, error) {
	response, err := s.sender.deliverControl(ctx, "padded=5MB", "unsigned")
	if err != nil {
		return nil, err
	}
	if late, err := s.run.machine.tooLong(response.Duration, time.Second); !late {
		return nil, err
	}
	return []finding{{sent: "5 MB, unsigned", expected: "a refusal at once", actual: "after " + response.Duration.Round(time.Millisecond).String()}}, nil
}

// checkEachSecret delivers an event signed with each secret alone.
func checkEachSecret(ctx context.Context, s *session) (findings []finding, err error) {
	for i, secret := range s.secrets() {
		response, err := s.sender.deliverControl(ctx, "secret="+secret)
		if err != nil {
			return nil, err
		}
		if !response.Accepted() {
			sent := fmt.Sprintf("a genuine event signed with secret %d of those given", i+1)
			findings = append(findings, finding{sent: sent, expected: "2xx", actual: response.String()})
		}
	}
	return findings, nil
}
