using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>Direction attributes (RFC 8866 §6.7) and how an answer mirrors an offer (RFC 3264 §6.1).</summary>
internal static class MediaDirections
{
    public static string Name(MediaDirection direction) => direction switch
    {
        MediaDirection.SendReceive => "sendrecv",
        MediaDirection.SendOnly => "sendonly",
        MediaDirection.ReceiveOnly => "recvonly",
        _ => "inactive",
    };

    /// <summary>What the peer's section says from the peer's side; the session's attribute is the default, sendrecv the last.</summary>
    public static MediaDirection Read(SessionDescription session, MediaDescription media) =>
        Find(media) ?? Find(session) ?? MediaDirection.SendReceive;

    /// <summary>The peer's direction as seen from here: what it sends, we receive.</summary>
    public static MediaDirection Mirror(MediaDirection peer) =>
        (peer.HasFlag(MediaDirection.SendOnly) ? MediaDirection.ReceiveOnly : 0)
        | (peer.HasFlag(MediaDirection.ReceiveOnly) ? MediaDirection.SendOnly : 0);

    private static MediaDirection? Find(SdpSection section)
    {
        foreach (var attribute in section.Attributes)
        {
            switch (attribute.Name)
            {
                case "sendrecv": return MediaDirection.SendReceive;
                case "sendonly": return MediaDirection.SendOnly;
                case "recvonly": return MediaDirection.ReceiveOnly;
                case "inactive": return MediaDirection.Inactive;
            }
        }
        return null;
    }
}
