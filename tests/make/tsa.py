"""A timestamp authority on this machine: RFC 3161 over HTTP, with its own root, and with faults.

Tokens are made by `openssl ts` (at the machine's time) or, where a test needs another time, by
pyHanko's own test signer.
"""

import subprocess
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from aquacert.trust.timestamps import Authority, read_trust

PEM = serialization.Encoding.PEM
CONFIG = """
[tsa]
default_tsa = local
[local]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
ess_cert_id_chain = no
"""


class LocalTsa:
    """One authority: its files, its time, and what it does wrong at the moment."""

    def __init__(self, folder: Path, at=None, *, days=3650, name="Test TSA"):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.at = at or (lambda: datetime.now(UTC))
        self.fault = ""
        self.asked = 0
        self.url = ""
        self.by_openssl = at is None
        self._make(name, days)

    @property
    def trust(self) -> Path:
        """The PEM file an administrator would be given: root and revocation list."""
        return self.folder / "trust.pem"

    def authority(self, *urls, wait=2.0):
        roots, others, crls = read_trust(self.trust)
        return Authority(urls or (self.url,), roots, others, crls, wait)

    def _make(self, name, days):
        now = self.at()
        root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} root")])
        root = self._certificate(root_key, issuer, root_key, issuer, now, 7300, is_root=True)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        leaf = self._certificate(key, subject, root_key, issuer, now, days, is_root=False)
        crl = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer)
            .last_update(now - timedelta(hours=2))
            .next_update(now + timedelta(days=3650))
            .add_extension(x509.CRLNumber(1), critical=False)
            .sign(root_key, hashes.SHA256())
        )
        self.key, self.leaf, self.root = key, leaf, root
        secret = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        for file, data in (
            ("tsa.key", secret),
            ("tsa.pem", leaf.public_bytes(PEM)),
            ("root.pem", root.public_bytes(PEM)),
            ("trust.pem", root.public_bytes(PEM) + crl.public_bytes(PEM)),
            ("serial", b"01\n"),
            ("openssl.cnf", CONFIG.format(folder=self.folder).encode()),
        ):
            (self.folder / file).write_bytes(data)

    @staticmethod
    def _certificate(key, subject, root_key, issuer, now, days, *, is_root):
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False
            )
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not is_root,
                    content_commitment=False,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=is_root,
                    crl_sign=is_root,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
        )
        if not is_root:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usage, critical=True)
        return builder.sign(root_key, hashes.SHA256())

    def answer(self, query: bytes) -> bytes:
        """Return the TimeStampResp for a query, wrong in the way `fault` says."""
        asked = tsp.TimeStampReq.load(query)
        if self.fault == "wrong nonce":
            asked["nonce"] = asked["nonce"].native + 1
        if self.fault == "wrong hash":
            asked["message_imprint"]["hashed_message"] = bytes(32)
        query = asked.dump(force=True)
        reply = self._by_openssl(query) if self.by_openssl else self._by_pyhanko(asked)
        if self.fault == "truncated":
            return reply[:-40]
        if self.fault == "changed":
            return reply[:-20] + bytes([reply[-20] ^ 1]) + reply[-19:]
        return reply

    def _by_openssl(self, query):
        (self.folder / "query").write_bytes(query)
        subprocess.run(
            [
                *("openssl", "ts", "-reply", "-queryfile", "query", "-out", "reply"),
                *("-config", "openssl.cnf", "-section", "local"),
            ],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )
        return (self.folder / "reply").read_bytes()

    def _by_pyhanko(self, asked):
        from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        store = SimpleCertificateStore()
        store.register(
            asn1_x509.Certificate.load(self.root.public_bytes(serialization.Encoding.DER))
        )
        secret = self.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        signer = DummyTimeStamper(
            asn1_x509.Certificate.load(self.leaf.public_bytes(serialization.Encoding.DER)),
            PrivateKeyInfo.load(secret),
            certs_to_embed=store,
            fixed_dt=self.at().replace(microsecond=0),
        )
        return signer.request_tsa_response(asked).dump()


class _Handler(BaseHTTPRequestHandler):
    tsa: LocalTsa

    def do_POST(self):
        tsa = self.tsa
        tsa.asked += 1
        query = self.rfile.read(int(self.headers["Content-Length"]))
        if tsa.fault == "hang":
            time.sleep(1.5)
            return
        if tsa.fault == "500":
            self.send_error(500)
            return
        data = b"x" * 200_000 if tsa.fault == "huge" else tsa.answer(query)
        self.send_response(200)
        kind = "text/html" if tsa.fault == "html" else "application/timestamp-reply"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if tsa.fault == "drip":
            for byte in data[:20]:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.2)
            return
        self.wfile.write(data)

    def log_message(self, *_):
        return


@contextmanager
def serving(*tsas):
    """Serve each authority at its own port while the block runs."""
    servers = []
    for tsa in tsas:
        handler = type("Handler", (_Handler,), {"tsa": tsa})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        tsa.url = f"http://127.0.0.1:{server.server_port}/"
        servers.append((server, thread))
    try:
        yield tsas
    finally:
        for server, thread in servers:
            server.shutdown()
            server.server_close()
            thread.join(2)
