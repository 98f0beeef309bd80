# fakestripe alone: a static binary, which the release builds (.goreleaser.yaml), or you:
#
#	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o linux/amd64/fakestripe ./cmd/fakestripe
#	docker build -t fakestripe .
#	docker run -p 127.0.0.1:12113:12113 fakestripe
#
# Whoever is in its networks can connect: it prints an API key and a token at its start,
# and takes no others. With a key that is known before, it is
#
#	docker run -p 127.0.0.1:12113:12113 fakestripe listen --listen 0.0.0.0:12113 --api-key sk_test_shop
FROM scratch
# BuildKit says for which platform, and there may be several.
ARG TARGETPLATFORM
COPY $TARGETPLATFORM/fakestripe /fakestripe
USER 65532:65532
EXPOSE 12113
ENTRYPOINT ["/fakestripe"]
CMD ["listen", "--listen", "0.0.0.0:12113"]
