using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Protocol;

/// <summary>
/// A connected browser as a value: with it another node goes on where this one stopped, without a new handshake. It holds master
/// keys: store it encrypted.
/// </summary>
public sealed record WebRtcPeerState(IceCredentials Local, WebRtcLegPlan Plan, IPEndPoint Remote, SrtpContextState Send, SrtpContextState Receive);
