using System.Net;

namespace Byon.MediaNode.Core.Protocol;

/// <summary>A datagram a WebRTC peer wants sent from its port: a STUN response or a piece of a DTLS flight.</summary>
public readonly record struct PeerTransmit(IPEndPoint Remote, ReadOnlyMemory<byte> Datagram);
