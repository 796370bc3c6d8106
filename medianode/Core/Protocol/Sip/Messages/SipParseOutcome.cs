namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

public enum SipParseOutcome
{
    Done,

    /// <summary>Only on a stream: the message is well-formed so far.</summary>
    NeedMore,

    /// <summary>The reason stands beside it. A stream cannot go on after this: nobody knows where the next message begins.</summary>
    Rejected,
}
