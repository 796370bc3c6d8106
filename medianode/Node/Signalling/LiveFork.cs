using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Events;

namespace Byon.MediaNode.Signalling;

/// <summary>An unanswered INVITE of the network, its legs on this node, and which devices it has been offered to.</summary>
internal sealed class LiveFork(IncomingFork fork, SessionInvited invitation, string phoneNumber)
{
    public IncomingFork Fork { get; } = fork;

    public SessionInvited Invitation { get; } = invitation;

    public SipSessionId Session => Invitation.Session;

    public string PhoneNumber { get; } = phoneNumber;

    public Dictionary<string, LiveCall> Legs { get; } = [];

    /// <summary>Also those that left: who declined is not asked again.</summary>
    public HashSet<DeviceKey> Asked { get; } = [];
}
