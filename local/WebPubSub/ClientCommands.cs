namespace Byon.Local.WebPubSub;

/// <summary>What a client's frames do.</summary>
internal sealed class ClientCommands(Hub hub, ClientConnection connection)
{
    private const string JoinLeave = "joinLeaveGroup";
    private const string Send = "sendToGroup";

    public void Execute(ReadOnlyMemory<byte> frame)
    {
        if (connection.Subprotocol == Subprotocol.Raw)
        {
            connection.Close("No event handler is configured for the message.");
            return;
        }

        switch (UpFrame.Parse(frame))
        {
            case Ping:
                connection.Answer(DownFrame.Pong());
                break;
            case SequenceAck acknowledged when connection.Subprotocol == Subprotocol.ReliableJson:
                connection.Acknowledge(acknowledged.SequenceId);
                break;
            case GroupMembership membership:
                Acknowledged(membership.AckId, JoinLeave, membership.Group, () => Change(membership));
                break;
            case SendToGroup sending:
                Acknowledged(sending.AckId, Send, sending.Message.Group!, () => Deliver(sending));
                break;
            case UserEvent:
                connection.Close("No event handler is configured for the event.");
                break;
            default:
                connection.Close("Invalid frame.");
                break;
        }
    }

    /// <summary>Does it once and only with permission, and answers if the client wants to know.</summary>
    private void Acknowledged(ulong? ackId, string permission, string group, Action act)
    {
        var allowed = connection.May(permission, group);
        if (ackId is { } id && !connection.IsNew(id))
        {
            connection.Answer(DownFrame.Ack(id, "Duplicate", "The ackId was used before."));
            return;
        }

        if (allowed)
            act();
        if (ackId is { } wanted)
            connection.Answer(allowed ? DownFrame.Ack(wanted, null) : DownFrame.Ack(wanted, "Forbidden", $"The client has no permission to {permission}."));
    }

    private void Change(GroupMembership membership)
    {
        if (membership.Join)
            hub.Join(membership.Group, connection);
        else
            hub.Leave(membership.Group, connection);
    }

    private void Deliver(SendToGroup sending)
    {
        var message = sending.Message with { FromUserId = connection.UserId };
        foreach (var member in hub.InGroup(message.Group!))
        {
            if (!sending.NoEcho || member != connection)
                member.Deliver(message);
        }
    }
}
