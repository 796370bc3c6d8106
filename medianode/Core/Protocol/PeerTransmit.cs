using System.Net;

namespace Byon.MediaNode.Core.Protocol;

/// <summary>A datagram a WebRTC peer wants sent from its port: a STUN response or a piece of a DTLS flight.</summary>
/// <param name="Datagram">Good until the peer receives the next datagram.</param>
public readonly record struct PeerTransmit(IPEndPoint Remote, ReadOnlyMemory<byte> Datagram);
