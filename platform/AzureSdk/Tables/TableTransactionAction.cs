namespace Azure.Data.Tables;

/// <summary>One action of a transaction. All actions of a transaction share a partition, and each row occurs once.</summary>
/// <param name="etag">What the stored row must match (default: any) for the updates and the delete; the others have no condition.</param>
public class TableTransactionAction(TableTransactionActionType actionType, ITableEntity entity, ETag etag)
{
    public TableTransactionAction(TableTransactionActionType actionType, ITableEntity entity)
        : this(actionType, entity, default)
    {
    }

    public TableTransactionActionType ActionType { get; } = actionType;

    public ITableEntity Entity { get; } = entity;

    public ETag ETag { get; } = etag;
}
